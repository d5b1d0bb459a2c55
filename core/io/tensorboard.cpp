// SPDX-License-Identifier: GPL-3.0-or-later
// TensorBoard's messages (event.proto, summary.proto, and of the HParams plugin api.proto and plugin_data.proto) with
// their field numbers, and the frame around each.
#include "core/io/tensorboard.h"

#include "core/io/crc32c.h"
#include "core/io/protobuf_writer.h"

#include <bit>

namespace vit::tensorboard {

namespace {

static_assert(std::endian::native == std::endian::little, "frames are little-endian and are written as they are");

template <typename T>
std::string rawBytes(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

// A checksum of data with checksums in it is weak; so the format turns it and adds a constant.
std::string maskedChecksum(const std::string& data) {
    constexpr std::uint32_t kMask = 0xa282ead8u;
    return rawBytes(std::rotr(crc32c(data), 15) + kMask);
}

std::string framed(const ProtobufWriter& event) {
    const std::string length = rawBytes(static_cast<std::uint64_t>(event.data().size()));
    return length + maskedChecksum(length) + event.data() + maskedChecksum(event.data());
}

ProtobufWriter eventAt(double time) {
    return ProtobufWriter().float64(1, time);
}

constexpr int kEventStep = 2, kEventVersion = 3, kEventSummary = 5, kEventSessionLog = 7;

enum class DataType { Text = 1, Boolean = 2, Float64 = 3 };

DataType typeOf(const HyperparameterValue& value) {
    if (std::holds_alternative<bool>(value)) return DataType::Boolean;
    return std::holds_alternative<double>(value) ? DataType::Float64 : DataType::Text;
}

// google.protobuf.Value
ProtobufWriter anyValue(const HyperparameterValue& value) {
    ProtobufWriter proto;
    if (const auto* flag = std::get_if<bool>(&value))
        proto.integer(4, *flag ? 1 : 0);
    else if (const auto* number = std::get_if<double>(&value))
        proto.float64(2, *number);
    else
        proto.bytes(3, std::get<std::string>(value));
    return proto;
}

// A summary whose metadata carry the plugin's data; its tensor is empty.
std::string pluginRecord(double time, const std::string& tag, int dataField, const ProtobufWriter& data) {
    constexpr std::int64_t kDataClassTensor = 2, kFloat = 1;
    const ProtobufWriter content = ProtobufWriter().integer(1, 0).message(dataField, data);
    const ProtobufWriter plugin = ProtobufWriter().bytes(1, "hparams").bytes(2, content.data());
    const ProtobufWriter metadata = ProtobufWriter().message(1, plugin).integer(4, kDataClassTensor);
    const ProtobufWriter noElements = ProtobufWriter().message(2, ProtobufWriter().integer(1, 0));
    const ProtobufWriter tensor = ProtobufWriter().integer(1, kFloat).message(2, noElements);
    const ProtobufWriter value = ProtobufWriter().bytes(1, tag).message(8, tensor).message(9, metadata);
    return framed(eventAt(time).message(kEventSummary, ProtobufWriter().message(1, value)));
}

}  // namespace

std::string versionRecord(double time) {
    return framed(eventAt(time).bytes(kEventVersion, "brain.Event:2"));
}

std::string restartRecord(double time) {
    constexpr std::int64_t kStart = 1;
    return framed(eventAt(time).integer(kEventStep, 0).message(kEventSessionLog, ProtobufWriter().integer(1, kStart)));
}

std::string scalarsRecord(double time, std::int64_t step, const std::vector<Scalar>& scalars) {
    ProtobufWriter summary;
    for (const Scalar& scalar : scalars) {
        summary.message(1, ProtobufWriter().bytes(1, scalar.tag).float32(2, static_cast<float>(scalar.value)));
    }
    return framed(eventAt(time).integer(kEventStep, step).message(kEventSummary, summary));
}

std::string pictureRecord(double time, std::int64_t step, const std::string& tag, const Picture& picture) {
    constexpr std::int64_t kRgb = 3;
    const ProtobufWriter image = ProtobufWriter()
                                     .integer(1, picture.height)
                                     .integer(2, picture.width)
                                     .integer(3, kRgb)
                                     .bytes(4, picture.png);
    const ProtobufWriter value = ProtobufWriter().bytes(1, tag).message(4, image);
    return framed(
        eventAt(time).integer(kEventStep, step).message(kEventSummary, ProtobufWriter().message(1, value)));
}

std::string experimentRecord(double time, const std::vector<Hyperparameter>& hyperparameters,
                             const std::vector<Metric>& metrics) {
    constexpr int kHyperparameters = 4, kMetrics = 5;
    ProtobufWriter experiment;
    for (const Hyperparameter& hyperparameter : hyperparameters) {
        experiment.message(kHyperparameters, ProtobufWriter()
                                                 .bytes(1, hyperparameter.name)
                                                 .bytes(2, hyperparameter.title)
                                                 .bytes(3, hyperparameter.description)
                                                 .integer(4, static_cast<int>(typeOf(hyperparameter.value))));
    }
    for (const Metric& metric : metrics) {
        constexpr std::int64_t kUnknown = 0, kValidation = 2;
        experiment.message(kMetrics, ProtobufWriter()
                                         .message(1, ProtobufWriter().bytes(2, metric.tag))
                                         .bytes(3, metric.title)
                                         .integer(5, metric.ofValidation ? kValidation : kUnknown));
    }
    return pluginRecord(time, "_hparams_/experiment", 2, experiment);
}

std::string sessionStartRecord(double time, const std::string& name,
                               const std::vector<Hyperparameter>& hyperparameters) {
    ProtobufWriter start;
    for (const Hyperparameter& hyperparameter : hyperparameters) {
        start.message(1, ProtobufWriter().bytes(1, hyperparameter.name).message(2, anyValue(hyperparameter.value)));
    }
    start.bytes(4, name).float64(5, time);
    return pluginRecord(time, "_hparams_/session_start_info", 3, start);
}

std::string sessionEndRecord(double time) {
    constexpr std::int64_t kSuccess = 1;
    return pluginRecord(time, "_hparams_/session_end_info", 4, ProtobufWriter().integer(1, kSuccess).float64(2, time));
}

}  // namespace vit::tensorboard
