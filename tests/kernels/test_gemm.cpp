// SPDX-License-Identifier: GPL-3.0-or-later
// Products of every storage and of shapes that fit no vector, against plain loops.
#include "core/kernels/gemm.h"
#include "tests/kernels/numbers.h"
#include "tests/support/instruction_set.h"

#include <QtTest>

#include <array>

using namespace vit;
using namespace vit::kernels;
using test::difference;
using test::normalNumbers;

namespace {

constexpr double kSums = 2e-6;            // fp32 sums of up to some hundred products
constexpr double kStored = 0x1p-8 + 1e-5;  // half a unit in the last of bf16's 8 bits

// The numbers as operands, and what they are worth then.
std::vector<float> operands(std::vector<float> values, float) { return values; }
std::vector<Bfloat16> operands(const std::vector<float>& values, Bfloat16) {
    std::vector<Bfloat16> rounded;
    for (float value : values) rounded.push_back(toBfloat16(value));
    return rounded;
}
double worth(float value) { return value; }
double worth(Bfloat16 value) { return toFloat(value); }

template <typename E>
std::vector<float> worths(const std::vector<E>& values) {
    std::vector<float> all;
    for (const E value : values) all.push_back(static_cast<float>(worth(value)));
    return all;
}

// A matrix as stored: itself or its transpose, in rows `stride` apart.
template <typename E>
struct Stored {
    std::vector<float> given;
    std::vector<E> values;
    int stride;
    bool transposed;

    Stored(int rows, int columns, int extra, bool transposed, unsigned seed)
        : given(normalNumbers(
              static_cast<std::size_t>((transposed ? columns : rows) * ((transposed ? rows : columns) + extra)), seed)),
          values(operands(given, E{})),
          stride((transposed ? rows : columns) + extra),
          transposed(transposed) {}
    double at(int row, int column) const {
        return worth(values[static_cast<std::size_t>(transposed ? column * stride + row : row * stride + column)]);
    }
};

struct Product {
    int rows;
    int columns;
    int depth;
    Operand a;
    Operand b;
    bool packedFromTranspose;
};

// The largest difference from plain loops of A · B, of C += A · B, and of what is stored with a bias and without one.
template <typename E>
std::array<double, 4> errorsOf(const Product& p) {
    const bool packs = p.b == Operand::Packed;
    const Stored<E> left(p.rows, p.depth, 3, p.a == Operand::Transposed, 1);
    const Stored<E> right(p.depth, p.columns, packs ? 0 : 5, packs ? p.packedFromTranspose : p.b == Operand::Transposed,
                          2);
    const int strideC = p.columns + 2;
    const Gemm<E> gemm({p.rows, p.columns, p.depth, left.stride, right.stride, strideC, p.a, p.b});

    const auto depth = static_cast<std::size_t>(p.depth);
    const auto columns = static_cast<std::size_t>(p.columns);
    std::vector<E> packed(packs ? Gemm<E>::packedElements(depth, columns) : 0);
    if (packs) {
        Gemm<E>::pack(right.given.data(), depth, columns,
                      p.packedFromTranspose ? Operand::Transposed : Operand::Plain, packed.data());
    }
    const E* operandB = packs ? packed.data() : right.values.data();
    std::vector<E> buffer(gemm.bufferElements());
    const std::vector<float> before = normalNumbers(static_cast<std::size_t>(p.rows * strideC), 3);
    std::vector<float> set = before;
    std::vector<float> added = before;
    gemm(left.values.data(), operandB, set.data(), buffer.data());
    gemm.add(left.values.data(), operandB, added.data(), buffer.data());
    const std::vector<float> bias = normalNumbers(columns, 4);
    std::vector<E> stored = operands(before, E{});
    std::vector<E> biased = stored;
    gemm.store(left.values.data(), operandB, nullptr, stored.data(), buffer.data());
    gemm.store(left.values.data(), operandB, bias.data(), biased.data(), buffer.data());

    std::vector<double> expectedSet(before.begin(), before.end());
    std::vector<double> expectedAdded = expectedSet;
    std::vector<double> expectedStored;
    for (const E value : operands(before, E{})) expectedStored.push_back(worth(value));
    std::vector<double> expectedBiased = expectedStored;
    for (int r = 0; r < p.rows; ++r) {
        for (int c = 0; c < p.columns; ++c) {
            double sum = 0;
            for (int k = 0; k < p.depth; ++k) sum += left.at(r, k) * right.at(k, c);
            const auto place = static_cast<std::size_t>(r * strideC + c);
            expectedSet[place] = sum;
            expectedAdded[place] += sum;
            expectedStored[place] = sum;
            expectedBiased[place] = sum + bias[static_cast<std::size_t>(c)];
        }
    }
    return {difference(set, expectedSet), difference(added, expectedAdded),
            difference(worths(stored), expectedStored), difference(worths(biased), expectedBiased)};
}

}  // namespace

class TestGemm : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { VIT_SKIP_WITHOUT_KERNELS(); }
    void multiplies_data();
    void multiplies();
    void multipliesBfloat16_data() { multiplies_data(); }
    void multipliesBfloat16();

private:
    Product product() const;
};

void TestGemm::multiplies_data() {
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("columns");
    QTest::addColumn<int>("depth");
    QTest::addColumn<int>("a");
    QTest::addColumn<int>("b");
    const int sizes[][3] = {{1, 1, 1},   {144, 64, 64}, {5, 7, 3},     {17, 100, 33}, {197, 197, 64}, {64, 65, 2},
                            {10, 24, 10}, {2, 130, 197}, {1, 192, 48}, {48, 16, 1},   {32, 33, 64},   {50, 40, 160},
                            {67, 150, 131}};
    const char* names[] = {"plain", "transposed", "packed", "packed from its transpose"};
    for (const auto& size : sizes)
        for (int a : {0, 1})
            for (int b : {0, 1, 2, 3})
                QTest::addRow("%d x %d x %d, %s, %s", size[0], size[1], size[2], names[a], names[b])
                    << size[0] << size[1] << size[2] << a << b;
}

Product TestGemm::product() const {
    const auto number = [](const char* name) { return *static_cast<int*>(QTest::qData(name, qMetaTypeId<int>())); };
    const int b = number("b");
    return {number("rows"), number("columns"), number("depth"), static_cast<Operand>(number("a")),
            static_cast<Operand>(std::min(b, 2)), b == 3};
}

void TestGemm::multiplies() {
    for (const double error : errorsOf<float>(product())) QVERIFY2(error < kSums, qPrintable(QString::number(error)));
}

void TestGemm::multipliesBfloat16() {
    if (!support().bfloat16()) QSKIP("This instruction set has no bf16.");
    // The operands are rounded before; sums are fp32 all the same, and only what is stored is rounded again.
    const auto [set, added, stored, biased] = errorsOf<Bfloat16>(product());
    QVERIFY2(set < kSums && added < kSums, qPrintable(QString("%1 %2").arg(set).arg(added)));
    QVERIFY2(stored < kStored && biased < kStored, qPrintable(QString("%1 %2").arg(stored).arg(biased)));
}

QTEST_GUILESS_MAIN(TestGemm)
#include "test_gemm.moc"
