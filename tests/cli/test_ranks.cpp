// SPDX-License-Identifier: GPL-3.0-or-later
// The real vit-cli started as several ranks, as torchrun starts them: the same run on any number of them, and a fault of one
// ends all. VIT_KILL_POINTS sets how many times a rank is killed.
#include "tests/support/free_port.h"
#include "tests/support/same_run.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>
#include <memory>
#include <random>

using namespace vit;

namespace {

constexpr int kPatience = 60'000;  // ms

// Processes that are killed with their owner.
class Ranks {
public:
    Ranks(int count, const QString& home, const QStringList& arguments, int restart = 0) {
        const QString port = QString::number(test::freePort());
        for (int rank = 0; rank < count; ++rank) {
            QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
            environment.insert("XDG_DATA_HOME", home);
            if (count > 1) {
                for (const char* name : {"RANK", "LOCAL_RANK"}) environment.insert(name, QString::number(rank));
                for (const char* name : {"WORLD_SIZE", "LOCAL_WORLD_SIZE"})
                    environment.insert(name, QString::number(count));
                environment.insert("MASTER_ADDR", "127.0.0.1");
                environment.insert("MASTER_PORT", port);
                environment.insert("TORCHELASTIC_RESTART_COUNT", QString::number(restart));
            }
            auto process = std::make_unique<QProcess>();
            process->setProcessEnvironment(environment);
            process->start(VIT_CLI_PATH, arguments);
            m_processes.push_back(std::move(process));
        }
    }

    ~Ranks() {
        for (const auto& process : m_processes) {
            process->kill();
            process->waitForFinished(kPatience);
        }
    }

    QProcess& operator[](int rank) { return *m_processes[static_cast<std::size_t>(rank)]; }
    void signal(int rank, int number) { ::kill(static_cast<pid_t>((*this)[rank].processId()), number); }

    // When rank 0 has told of so many steps; false if it ends before.
    bool waitForSteps(int steps) {
        while (m_output.count("\"event\":\"step\"") < steps) {
            if (!(*this)[0].waitForReadyRead(kPatience)) return false;
            m_output += (*this)[0].readAllStandardOutput();
        }
        return true;
    }

    // All have ended by themselves.
    bool wait() {
        return std::all_of(m_processes.begin(), m_processes.end(), [](const auto& process) {
            return process->state() == QProcess::NotRunning || process->waitForFinished(kPatience);
        });
    }

    bool allSucceeded() {
        return std::all_of(m_processes.begin(), m_processes.end(), [](const auto& process) {
            return process->exitStatus() == QProcess::NormalExit && process->exitCode() == 0;
        });
    }

    QString errors(int rank) {
        auto& text = m_errors[rank];
        text += QString::fromUtf8((*this)[rank].readAllStandardError());
        return text;
    }
    QString allErrors() {
        QString all;
        for (int rank = 0; rank < static_cast<int>(m_processes.size()); ++rank) all += errors(rank);
        return all;
    }

private:
    std::vector<std::unique_ptr<QProcess>> m_processes;
    QByteArray m_output;
    QMap<int, QString> m_errors;
};

// The largest difference of two files' numbers, all float32.
double largestDifference(const std::filesystem::path& one, const std::filesystem::path& two) {
    const TensorFile a = readSafetensors(one), b = readSafetensors(two);
    double largest = a.tensors.size() == b.tensors.size() ? 0 : HUGE_VAL;
    for (const auto& [name, tensor] : a.tensors) {
        const auto other = b.tensors.find(name);
        if (other == b.tensors.end() || other->second.bytes.size() != tensor.bytes.size()) return HUGE_VAL;
        for (std::size_t i = 0; i < tensor.bytes.size() / sizeof(float); ++i) {
            float x = 0, y = 0;
            std::memcpy(&x, tensor.bytes.data() + i * sizeof x, sizeof x);
            std::memcpy(&y, other->second.bytes.data() + i * sizeof y, sizeof y);
            largest = std::max(largest, std::abs(static_cast<double>(x) - static_cast<double>(y)));
        }
    }
    return largest;
}

QList<nlohmann::json> epochsOf(const std::filesystem::path& run) {
    std::istringstream lines(readTextFile(run / "epochs.jsonl"));
    QList<nlohmann::json> epochs;
    for (std::string line; std::getline(lines, line);) epochs << nlohmann::json::parse(line);
    return epochs;
}

}  // namespace

class TestRanks : public QObject {
    Q_OBJECT

    QTemporaryDir m_home;

    QString path(const QString& name) const { return m_home.filePath(name); }
    std::filesystem::path folder(const QString& name) const { return path(name).toStdString(); }
    QString data() const { return path("data"); }

    // 66 training images in batches of 7: ten steps an epoch, the last of three images. Of a gradient that is nothing but
    // rounding, as that of the keys' bias, AdamW with an epsilon as small as it would make steps of full length.
    QStringList training(const QString& name, const QStringList& more = {}) const {
        return QStringList{"train", "--json", "--preset", "testing", "--run-dir", path(name),
                           "--set", "run.threads=1", "--set", "run.batch_size=7", "--set", "data.train_limit=66",
                           "--set", "model.mlp_dropout=0.1", "--set", "model.attention_dropout=0.1",
                           "--set", "augmentation.rotation=0.02", "--set", "optimizer.epsilon=1e-5", "--set", "run.epochs=2", "--set", "run.layer_statistics_steps=3"} + more;
    }

private Q_SLOTS:
    void initTestCase();
    void theSameOnAnyNumber_data();
    void theSameOnAnyNumber();
    void anyNumberGoesOn();
    void optionsAreTheSameOnAnyNumber_data();
    void optionsAreTheSameOnAnyNumber();
    void aKilledRankEndsAll();
    void aRankThatHangsEndsAll();
    void anInterruptStopsAll();
    void whatIsWrongIsSaidOnce_data();
    void whatIsWrongIsSaidOnce();
    void startedAgainItGoesOn();
};

void TestRanks::initTestCase() {
    Ranks alone(1, data(), training("1"));
    QVERIFY(alone.wait());
    QVERIFY2(alone.allSucceeded(), qPrintable(alone.allErrors()));
}

void TestRanks::theSameOnAnyNumber_data() {
    QTest::addColumn<int>("ranks");
    for (const int ranks : {2, 3, 8}) QTest::addRow("%d", ranks) << ranks;
}

void TestRanks::theSameOnAnyNumber() {
    QFETCH(int, ranks);
    const QString name = QString::number(ranks);
    Ranks together(ranks, data(), training(name));
    QVERIFY(together.wait());
    QVERIFY2(together.allSucceeded(), qPrintable(together.allErrors()));
    for (int rank = 1; rank < ranks; ++rank) {
        QCOMPARE(together[rank].readAllStandardOutput(), QByteArray());
        QCOMPARE(together.errors(rank), QString());
    }
    const double difference = largestDifference(folder("1") / "last.safetensors", folder(name) / "last.safetensors");
    qInfo("%d ranks: largest difference of weights and moments after 20 steps %.2g", ranks, difference);
    QVERIFY(difference <= 1e-6);
    const QList<nlohmann::json> expected = epochsOf(folder("1")), found = epochsOf(folder(name));
    QCOMPARE(found.size(), 2);
    for (int i = 0; i < 2; ++i) {
        for (const char* part : {"train", "validation"}) {
            for (const char* share : {"accuracy", "top5_accuracy"})
                QCOMPARE(found[i][part][share].get<double>(), expected[i][part][share].get<double>());
            QVERIFY(std::abs(found[i][part]["loss"].get<double>() - expected[i][part]["loss"].get<double>()) < 1e-6);
        }
    }
}

void TestRanks::optionsAreTheSameOnAnyNumber_data() {
    QTest::addColumn<QStringList>("options");
    const auto set = [](const QStringList& options) {
        QStringList arguments;
        for (const QString& option : options) arguments << "--set" << option;
        return arguments;
    };
    QTest::newRow("mixed in parts, averaged")
        << set({"loss.mixup=0.8", "loss.cutmix=1", "loss.label_smoothing=0.1", "run.accumulate=2",
                "optimizer.ema_decay=0.9", "run.test_views=mirrored"});
    QTest::newRow("balanced, with every augmentation")
        << set({"data.balanced=true", "loss.class_weights=balanced", "augmentation.alternating_flip=true",
                "augmentation.policy=trivial", "augmentation.brightness=0.3", "augmentation.contrast=0.3",
                "augmentation.saturation=0.3", "augmentation.cutout=5", "augmentation.erasing=0.3"});
    QTest::newRow("tuned")
        << set({"optimizer.layer_decay=0.7", "optimizer.frozen_blocks=1", "optimizer.ema_decay=0.9"});
    QTest::newRow("thawed, clipped")
        << set({"optimizer.frozen_blocks=1", "optimizer.thaw=block", "optimizer.clip_norm=0.5"});
    QTest::newRow("adapters, clipped, averaged")
        << set({"optimizer.lora_rank=4", "optimizer.lora_alpha=8", "optimizer.clip_norm=0.5", "optimizer.ema_decay=0.9"}) +
               QStringList{"--start-from", path("1")};
    QTest::newRow("whitening stem, averaged")
        << set({"model.stem_widths=8", "model.stem_whitening=true", "optimizer.ema_decay=0.9"});
    QTest::newRow("RandAugment") << set({"augmentation.policy=random", "augmentation.random_magnitude=15"});
    QTest::newRow("AutoAugment") << set({"augmentation.policy=auto"});
    QTest::newRow("best by macro F1") << set({"run.best_by=macro-f1", "run.patience=5", "loss.label_smoothing=0.2"});
    QTest::newRow("validated by class")
        << set({"data.validation_split=stratified", "data.validation_share=0.3", "data.validation_seed=5"});
    QTest::newRow("repeats, balanced")
        << set({"augmentation.repeats=3", "augmentation.alternating_flip=true", "data.balanced=true"});
}

void TestRanks::optionsAreTheSameOnAnyNumber() {
    QFETCH(QStringList, options);
    const QString name = QString(QTest::currentDataTag()).section(QRegularExpression("\\W"), 0, 0);
    for (const int ranks : {1, 3}) {
        const QString run = name + QString::number(ranks);
        Ranks together(ranks, data(), training(run, options));
        QVERIFY(together.wait());
        QVERIFY2(together.allSucceeded(), qPrintable(together.allErrors()));
        const double difference =
            largestDifference(folder(name + "1") / "last.safetensors", folder(run) / "last.safetensors");
        qInfo("%d ranks: largest difference of weights, moments and averages after 20 steps %.2g", ranks, difference);
        QVERIFY(difference <= 1e-6);
        const QList<nlohmann::json> expected = epochsOf(folder(name + "1")), found = epochsOf(folder(run));
        QCOMPARE(found.size(), 2);
        for (int i = 0; i < 2; ++i) {
            for (const char* part : {"train", "validation"}) {
                const double loss = expected[i][part]["loss"].get<double>();
                QVERIFY(std::abs(found[i][part]["loss"].get<double>() - loss) < 1e-6);
            }
        }
    }
    QVERIFY(largestDifference(folder("1") / "last.safetensors", folder(name + "1") / "last.safetensors") > 1e-4);
}

// Stopped on three ranks, gone on with on two, ended by one.
void TestRanks::anyNumberGoesOn() {
    const QStringList resume = {"train", "--json", "--resume", path("mixed")};
    {
        Ranks three(3, data(), training("mixed", {"--max-steps", "4"}));
        QVERIFY(three.wait() && three.allSucceeded());
        Ranks two(2, data(), resume + QStringList{"--max-steps", "13"});
        QVERIFY(two.wait());
        QVERIFY2(two.allSucceeded(), qPrintable(two.allErrors()));
        Ranks one(1, data(), resume);
        QVERIFY(one.wait() && one.allSucceeded());
    }
    QVERIFY(largestDifference(folder("1") / "last.safetensors", folder("mixed") / "last.safetensors") <= 1e-6);
    QVERIFY(readTextFile(folder("mixed") / "log.txt").find("2 ranks") != std::string::npos);
}

void TestRanks::aKilledRankEndsAll() {
    const int points = qEnvironmentVariableIntValue("VIT_KILL_POINTS");
    const int kills = points > 0 ? points : 2;
    std::mt19937 random(7);
    Ranks whole(3, data(), training("whole", {"--set", "run.checkpoint_steps=1"}));
    QVERIFY(whole.wait() && whole.allSucceeded());
    for (int i = 0; i < kills; ++i) {
        const QString name = QString("killed-%1").arg(i);
        const int victim = std::uniform_int_distribution(0, 2)(random);
        {
            Ranks three(3, data(), training(name, {"--set", "run.checkpoint_steps=1"}));
            QVERIFY(three.waitForSteps(std::uniform_int_distribution(1, 12)(random)));
            std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution(0, 20'000)(random)));
            three.signal(victim, SIGKILL);
            QVERIFY2(three.wait(), "a rank lives on");
            for (int rank = 0; rank < 3; ++rank) {
                if (rank == victim) continue;
                QCOMPARE(three[rank].exitStatus(), QProcess::NormalExit);
                QCOMPARE(three[rank].exitCode(), 1);
                QVERIFY2(three.errors(rank).contains("ends too"), qPrintable(three.errors(rank)));
            }
        }
        Ranks again(3, data(), {"train", "--json", "--resume", path(name)});
        QVERIFY(again.wait());
        QVERIFY2(again.allSucceeded(), qPrintable(again.allErrors()));
        const std::string difference = test::runDifference(folder("whole"), folder(name));
        QVERIFY2(difference.empty(), difference.c_str());
    }
    qInfo() << kills << "killed ranks";
}

void TestRanks::aRankThatHangsEndsAll() {
    Ranks two(2, data(), training("hung", {"--rank-timeout", "3", "--set", "run.epochs=10000"}));
    QVERIFY(two.waitForSteps(3));
    two.signal(1, SIGSTOP);
    QVERIFY(two[0].waitForFinished(kPatience));
    QCOMPARE(two[0].exitCode(), 1);
    QVERIFY2(two.errors(0).contains("does not answer"), qPrintable(two.errors(0)));
    two.signal(1, SIGCONT);
    QVERIFY(two.wait());
    QCOMPARE(two[1].exitStatus(), QProcess::NormalExit);
    QCOMPARE(two[1].exitCode(), 1);
    QVERIFY2(two.errors(1).contains("ends too"), qPrintable(two.errors(1)));
}

void TestRanks::anInterruptStopsAll() {
    Ranks two(2, data(), training("interrupted", {"--set", "run.epochs=10000"}));
    QVERIFY(two.waitForSteps(3));
    two.signal(1, SIGTERM);  // of any rank
    QVERIFY(two.wait());
    QVERIFY2(two.allSucceeded(), qPrintable(two.allErrors()));
    QVERIFY(readTextFile(folder("interrupted") / "result.json").find("stopped") != std::string::npos);
}

void TestRanks::whatIsWrongIsSaidOnce_data() {
    QTest::addColumn<QString>("setting");
    QTest::addColumn<QString>("said");
    QTest::newRow("a value") << "run.batch_size=0" << "run.batch_size";
    QTest::newRow("a data set") << "data.name=nowhere" << "nowhere";
    QTest::newRow("a model") << "model.patch_size=7" << "model.patch_size";
}

void TestRanks::whatIsWrongIsSaidOnce() {
    QFETCH(QString, setting);
    QFETCH(QString, said);
    Ranks two(2, data(), training("wrong", {"--set", setting}));
    QVERIFY(two.wait());
    QVERIFY2(two.errors(0).contains(said), qPrintable(two.errors(0)));
    QVERIFY2(two.errors(1).contains("rank 0 has begun no run"), qPrintable(two.errors(1)));
    for (int rank = 0; rank < 2; ++rank) QVERIFY(two[rank].exitCode() != 0);
}

// As torchrun --max-restarts does: the same command once more, with the count of restarts.
void TestRanks::startedAgainItGoesOn() {
    const QStringList command = training("restarted", {"--set", "run.checkpoint_steps=1"});
    {
        Ranks two(2, data(), command);
        QVERIFY(two.waitForSteps(5));
        two.signal(1, SIGKILL);
        QVERIFY(two.wait());
    }
    Ranks again(2, data(), command, 1);
    QVERIFY(again.wait());
    QVERIFY2(again.allSucceeded(), qPrintable(again.allErrors()));
    QVERIFY(again.errors(0).contains("goes on from its last checkpoint"));
    QCOMPARE(epochsOf(folder("restarted")).size(), 2);
}

QTEST_GUILESS_MAIN(TestRanks)
#include "test_ranks.moc"
