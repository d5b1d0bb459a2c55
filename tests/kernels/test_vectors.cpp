// SPDX-License-Identifier: GPL-3.0-or-later
// The passes between the products, each against its formula in double precision, for widths that fit no vector.
#include "core/kernels/activation.h"
#include "core/kernels/keep_bits.h"
#include "core/kernels/keep_mask.h"
#include "core/kernels/layer_norm.h"
#include "core/kernels/rows.h"
#include "core/kernels/softmax.h"
#include "tests/kernels/numbers.h"
#include "tests/support/instruction_set.h"

#include <QtTest>

#include <numbers>

using namespace vit;
using namespace vit::kernels;
using test::difference;
using test::normalNumbers;

namespace {

constexpr double kRounding = 2e-6;  // some dozen operations of 6e-8 each, on numbers around 1
constexpr float kUntouched = 12345;

struct Mask {
    std::vector<std::byte> bytes;
    KeepBits bits;
};

Mask maskOf(const Dropout& dropout, std::int64_t first, std::size_t count) {
    Mask mask{std::vector<std::byte>(keepBitsBytes(static_cast<std::int64_t>(count))), {}};
    mask.bits = makeKeepBits(dropout, first, static_cast<std::int64_t>(count), mask.bytes.data());
    return mask;
}

bool keeps(const KeepBits& bits, std::size_t element) {
    const std::size_t bit = bits.first + element;
    return bits.all() || ((bits.bytes[bit / 8] >> (bit % 8)) & 1) != 0;
}

double normalDistribution(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double geluSlope(double x) {
    return normalDistribution(x) + x * std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
}

}  // namespace

class TestVectors : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { VIT_SKIP_WITHOUT_KERNELS(); }
    void keepBitsAreTheMask_data();
    void keepBitsAreTheMask();
    void geluIsExact();
    void gelu_data() { widths(); }
    void gelu();
    void layerNorm_data() { widths(); }
    void layerNorm();
    void softmax_data() { widths(); }
    void softmax();
    void softmaxOfExtremeScores();
    void rows_data() { widths(); }
    void rows();
    void notANumberStaysNone();

private:
    void widths();
};

void TestVectors::widths() {
    QTest::addColumn<int>("width");
    QTest::addColumn<double>("rate");
    for (int width : {1, 3, 7, 16, 24, 64, 144, 197})
        for (double rate : {0.0, 0.1}) QTest::addRow("%d, dropout %g", width, rate) << width << rate;
}

void TestVectors::keepBitsAreTheMask_data() {
    QTest::addColumn<qint64>("first");
    QTest::addColumn<int>("count");
    for (qint64 first : {qint64{0}, qint64{64}, qint64{5}, qint64{144 * 144 * 37 + 1}, (qint64{1} << 33) + 77})
        for (int count : {1, 63, 64, 65, 1000})
            QTest::addRow("%lld, %d", static_cast<long long>(first), count) << first << count;
}

void TestVectors::keepBitsAreTheMask() {
    QFETCH(qint64, first);
    QFETCH(int, count);
    const Dropout dropout{0.3, {0x123456789abcdefULL, 0xfedcba987654321ULL, 4097}};
    const Mask mask = maskOf(dropout, first, static_cast<std::size_t>(count));
    const qint64 begin = first / kMaskBlock * kMaskBlock;
    std::vector<std::uint8_t> expected(static_cast<std::size_t>(first - begin + count));
    fillKeepMask(expected.data(), begin, static_cast<std::int64_t>(expected.size()), keepThreshold(dropout.rate),
                 dropout.key);
    for (int i = 0; i < count; ++i)
        QCOMPARE(keeps(mask.bits, static_cast<std::size_t>(i)),
                 expected[static_cast<std::size_t>(first - begin + i)] != 0);
}

void TestVectors::geluIsExact() {
    const ActivationKernels<float> kernels = activationKernels<float>(Activation::Gelu);
    std::vector<float> in;
    for (float x = -9; x <= 9; x += 1e-3F) in.push_back(x);
    std::vector<float> out(in.size()), slope(in.size()), again(in.size());
    const std::vector<float> ones(in.size(), 1.0F);
    kernels.forward(in.data(), in.size(), {}, 1, out.data());
    kernels.backward(in.data(), ones.data(), in.size(), {}, 1, slope.data(), again.data());
    for (std::size_t i = 0; i < in.size(); ++i) {
        const double expected = in[i] * normalDistribution(in[i]);
        QVERIFY2(std::abs(out[i] - expected) <= 5.5e-7 * std::abs(expected), qPrintable(QString::number(in[i])));
        QVERIFY2(std::abs(slope[i] - geluSlope(in[i])) <= 5e-7, qPrintable(QString::number(in[i])));
    }
    QCOMPARE(again, out);
}

void TestVectors::gelu() {
    QFETCH(int, width);
    QFETCH(double, rate);
    const auto count = static_cast<std::size_t>(width);
    const Dropout dropout{rate, {1, 2, 3}};
    const Mask mask = maskOf(dropout, 11, count);
    const auto in = normalNumbers(count, 1);
    const auto residual = normalNumbers(count, 2);
    const auto dOut = normalNumbers(count, 3);
    std::vector<float> out(count + 1, kUntouched), sum(count + 1, kUntouched), dIn(count + 1, kUntouched);
    const ActivationKernels<float> kernels = activationKernels<float>(Activation::Gelu);
    kernels.forward(in.data(), count, mask.bits, dropout.factor(), out.data());
    kernels.addForward(in.data(), residual.data(), count, mask.bits, dropout.factor(), sum.data());
    kernels.backward(in.data(), dOut.data(), count, mask.bits, dropout.factor(), dIn.data(), nullptr);
    std::vector<double> expected, expectedSum, expectedSlope;
    for (std::size_t i = 0; i < count; ++i) {
        const double factor = keeps(mask.bits, i) ? 1 / (1 - rate) : 0;
        expected.push_back(in[i] * normalDistribution(in[i]) * factor);
        expectedSum.push_back(residual[i] + expected.back());
        expectedSlope.push_back(dOut[i] * geluSlope(in[i]) * factor);
    }
    for (auto* list : {&expected, &expectedSum, &expectedSlope}) list->push_back(kUntouched);
    QVERIFY(difference(out, expected) < kRounding / kUntouched);
    QVERIFY(difference(sum, expectedSum) < kRounding / kUntouched);
    QVERIFY(difference(dIn, expectedSlope) < kRounding / kUntouched);
}

void TestVectors::layerNorm() {
    QFETCH(int, width);
    const std::size_t n = 5;
    const auto d = static_cast<std::size_t>(width);
    const auto in = normalNumbers(n * d, 1);
    const auto dOut = normalNumbers(n * d, 2);
    const auto scale = normalNumbers(d, 3);
    const auto shift = normalNumbers(d, 4);
    const NormParameters norm{scale.data(), shift.data(), d, 1e-2F};
    std::vector<float> out(n * d), dIn(n * d, 1.0F), dScale(d, 1.0F), dShift(d, 1.0F);
    layerNormKernels<float>().forward(in.data(), n, norm, out.data());
    layerNormBackward(in.data(), dOut.data(), n, norm, dIn.data(), dScale.data(), dShift.data());

    std::vector<double> y(n * d), dx(n * d), dg(d, 1), db(d, 1);
    for (std::size_t r = 0; r < n; ++r) {
        double mean = 0, variance = 0, sum = 0, product = 0;
        for (std::size_t i = 0; i < d; ++i) mean += in[r * d + i] / static_cast<double>(d);
        for (std::size_t i = 0; i < d; ++i) variance += std::pow(in[r * d + i] - mean, 2) / static_cast<double>(d);
        const double inverse = 1 / std::sqrt(variance + 1e-2F);
        for (std::size_t i = 0; i < d; ++i) {
            const double normal = (in[r * d + i] - mean) * inverse;
            y[r * d + i] = normal * scale[i] + shift[i];
            dg[i] += dOut[r * d + i] * normal;
            db[i] += dOut[r * d + i];
            sum += dOut[r * d + i] * scale[i] / static_cast<double>(d);
            product += dOut[r * d + i] * scale[i] * normal / static_cast<double>(d);
        }
        for (std::size_t i = 0; i < d; ++i) {
            const double normal = (in[r * d + i] - mean) * inverse;
            dx[r * d + i] = 1 + inverse * (dOut[r * d + i] * scale[i] - sum - normal * product);
        }
    }
    QVERIFY(difference(out, y) < kRounding);
    QVERIFY(difference(dIn, dx) < kRounding);
    QVERIFY(difference(dScale, dg) < kRounding);
    QVERIFY(difference(dShift, db) < kRounding);
}

void TestVectors::softmax() {
    QFETCH(int, width);
    QFETCH(double, rate);
    const std::size_t n = 6;
    const auto columns = static_cast<std::size_t>(width);
    const std::size_t stride = columns + 3;
    const Dropout dropout{rate, {5, 6, 7}};
    const Mask mask = maskOf(dropout, 29, n * columns);
    const WeightShape shape{n, columns, stride, 0.7F, dropout.factor()};
    auto scores = normalNumbers(n * stride, 1);
    const auto given = scores;
    const auto dDropped = normalNumbers(n * stride, 2);
    std::vector<float> weights(n * stride, kUntouched), dropped(n * stride), again(n * stride), dScores(n * stride);
    const SoftmaxKernels<float> kernels = softmaxKernels<float>();
    kernels.forward(scores.data(), shape, mask.bits, weights.data(), dropped.data());
    kernels.backward(weights.data(), dDropped.data(), shape, dropout.drops(), dScores.data(), again.data());
    for (std::size_t r = 0; r < n; ++r) {
        double sum = 0, total = 0;
        std::vector<double> w(columns), mixed(columns), gradient(columns);
        for (std::size_t i = 0; i < columns; ++i) sum += w[i] = std::exp(0.7F * given[r * stride + i]);
        for (std::size_t i = 0; i < columns; ++i) {
            w[i] /= sum;
            mixed[i] = keeps(mask.bits, r * columns + i) ? w[i] * dropout.factor() : 0;
            total += mixed[i] * dDropped[r * stride + i];
        }
        for (std::size_t i = 0; i < columns; ++i) {
            gradient[i] = 0.7F * (mixed[i] * dDropped[r * stride + i] - w[i] * total);
            if (!keeps(mask.bits, r * columns + i)) w[i] = -w[i];
        }
        const auto row = [&](const std::vector<float>& matrix) {
            const auto begin = matrix.begin() + static_cast<std::ptrdiff_t>(r * stride);
            return std::vector<float>(begin, begin + width);
        };
        QVERIFY(difference(row(weights), w) < kRounding);
        QVERIFY(difference(row(dScores), gradient) < 10 * kRounding || width == 1);
        QCOMPARE(weights[r * stride + columns], kUntouched);
        if (!dropout.drops()) continue;
        QVERIFY(difference(row(dropped), mixed) < kRounding);
        QCOMPARE(row(again), row(dropped));
    }
}

void TestVectors::softmaxOfExtremeScores() {
    std::vector<float> scores = {1e4F, -1e4F, 9990.0F, -3e38F, 0};
    std::vector<float> weights(5);
    softmaxKernels<float>().forward(scores.data(), {1, 5, 5, 1.0F, 1.0F}, {}, weights.data(), nullptr);
    const double sum = 1 + std::exp(-10.0);
    QVERIFY(difference(weights, std::vector<double>{1 / sum, 0, std::exp(-10.0) / sum, 0, 0}) < 1e-7);
}

void TestVectors::rows() {
    QFETCH(int, width);
    const std::size_t n = 11;
    const auto columns = static_cast<std::size_t>(width);
    const std::size_t stride = columns + 2;
    const auto in = normalNumbers(n * stride, 1);
    const auto row = normalNumbers(columns, 2);
    std::vector<float> filled(n * columns), sums(columns, 1.0F), turned(columns * (n + 1), kUntouched);
    fillRows(row.data(), {n, columns, columns}, filled.data());
    addColumnSums(in.data(), {n, columns, stride}, sums.data());
    transpose(in.data(), {n, columns, stride}, turned.data(), n + 1);
    std::vector<float> dense(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(n * columns)), added(n * columns);
    addRow(dense.data(), row.data(), n, columns, added.data());
    std::vector<double> expectedSums(columns, 1);
    for (std::size_t r = 0; r < n; ++r) {
        for (std::size_t c = 0; c < columns; ++c) {
            expectedSums[c] += in[r * stride + c];
            QCOMPARE(turned[c * (n + 1) + r], in[r * stride + c]);
            QCOMPARE(filled[r * columns + c], row[c]);
            QCOMPARE(added[r * columns + c], dense[r * columns + c] + row[c]);
        }
    }
    for (std::size_t c = 0; c < columns; ++c) QCOMPARE(turned[c * (n + 1) + n], kUntouched);
    std::vector<Bfloat16> rounded(n * (columns + 1)), one(n * columns);
    roundRows(in.data(), row.data(), {n, columns, stride}, rounded.data(), columns + 1);
    roundAll(dense.data(), one.size(), one.data());
    for (std::size_t r = 0; r < n; ++r) {
        for (std::size_t c = 0; c < columns; ++c) {
            QCOMPARE(rounded[r * (columns + 1) + c].bits, toBfloat16(in[r * stride + c] + row[c]).bits);
            QCOMPARE(one[r * columns + c].bits, toBfloat16(dense[r * columns + c]).bits);
        }
        QCOMPARE(rounded[r * (columns + 1) + columns].bits, std::uint16_t{0});
    }
    QVERIFY(difference(sums, expectedSums) < kRounding);
}

// A training that has gone wrong must show it.
void TestVectors::notANumberStaysNone() {
    std::vector<float> values(20, 0.5F);
    values[3] = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> out(20);
    activationKernels<float>(Activation::Gelu).forward(values.data(), 20, {}, 1, out.data());
    QVERIFY(std::isnan(out[3]) && out[4] > 0);
    const std::vector<float> ones(20, 1.0F);
    layerNormKernels<float>().forward(values.data(), 1, {ones.data(), ones.data(), 20, 1e-6F}, out.data());
    QVERIFY(std::isnan(out[0]));
    softmaxKernels<float>().forward(values.data(), {1, 20, 20, 1, 1}, {}, out.data(), nullptr);
    QVERIFY(std::isnan(out[3]));
}

QTEST_GUILESS_MAIN(TestVectors)
#include "test_vectors.moc"
