#include "telemetry/metrics.hpp"

#include <prometheus/check_names.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <sstream>
#include <utility>

#include "base/check.hpp"

namespace greenlang::telemetry {
namespace internal {
namespace {

// Which shards are taken. Process-wide: a thread counts in the same shard of every Registry.
std::atomic<std::uint32_t> taken_shards{0};

int take_shard() {
  std::uint32_t taken = taken_shards.load(std::memory_order_relaxed);
  for (;;) {
    int shard = 0;
    while (shard < kShards - 1 && (taken & (1u << shard))) ++shard;
    if (shard == kShards - 1) return shard;
    // Acquire: sees what the shard's earlier owner counted, whose give_back released it.
    if (taken_shards.compare_exchange_weak(taken, taken | (1u << shard), std::memory_order_acquire)) {
      return shard;
    }
  }
}

struct ShardLease {
  int shard = take_shard();
  ~ShardLease() {
    if (shard != kShards - 1) {
      taken_shards.fetch_and(~(1u << shard), std::memory_order_release);
    }
  }
};

constinit thread_local int shard_of_thread = -1;

}  // namespace

int this_thread_shard() {
  if (shard_of_thread < 0) [[unlikely]] {
    thread_local ShardLease lease;
    shard_of_thread = lease.shard;
  }
  return shard_of_thread;
}

Shards::Shards() {
  for (auto& shard : cells) shard = std::make_unique<Cell[]>(kCellsMax);
}

double Shards::sum(std::uint32_t cell) const {
  double total = 0;
  for (const auto& shard : cells) total += shard[cell].load(std::memory_order_relaxed);
  return total;
}

struct Family {
  std::string name;
  std::string help;
  prometheus::MetricType type = prometheus::MetricType::Counter;
  std::vector<Label> labels;         // each with "other" as its last value
  std::vector<double> upper_bounds;  // histograms
  std::uint32_t first_cell = 0;
  std::uint32_t cells_per_series = 1;
  std::size_t series = 1;
  std::unique_ptr<std::atomic<bool>[]> named;  // which series at() has named
  Cell gauge{0};
  std::function<double()> read;  // gauge_from, counter_from

  std::uint32_t cell_of(std::initializer_list<std::string_view> values) {
    GL_CHECK(values.size() == labels.size());
    std::size_t index = 0;
    auto value = values.begin();
    for (const Label& label : labels) {
      const auto last = label.values.end() - 1;
      const auto found = std::find(label.values.begin(), last, *value++);
      index = index * label.values.size() + static_cast<std::size_t>(found - label.values.begin());
    }
    named[index].store(true, std::memory_order_relaxed);
    return first_cell + static_cast<std::uint32_t>(index) * cells_per_series;
  }
};

namespace {

// The inverse of cell_of: the label values of a series.
std::vector<prometheus::ClientMetric::Label> labels_of(const Family& family, std::size_t index) {
  std::vector<prometheus::ClientMetric::Label> labels(family.labels.size());
  for (std::size_t i = family.labels.size(); i-- > 0;) {
    const Label& label = family.labels[i];
    labels[i].name = label.name;
    labels[i].value = label.values[index % label.values.size()];
    index /= label.values.size();
  }
  return labels;
}

prometheus::ClientMetric collect(const Shards& shards, const Family& family, std::size_t index) {
  prometheus::ClientMetric metric;
  metric.label = labels_of(family, index);
  const std::uint32_t cell = family.first_cell + static_cast<std::uint32_t>(index) * family.cells_per_series;
  if (family.type == prometheus::MetricType::Gauge) {
    metric.gauge.value = family.read ? family.read() : family.gauge.load(std::memory_order_relaxed);
  } else if (family.type == prometheus::MetricType::Counter) {
    metric.counter.value = family.read ? family.read() : shards.sum(cell);
  } else {
    double count = 0;
    for (std::uint32_t i = 0; i <= family.upper_bounds.size(); ++i) {
      count += shards.sum(cell + i);
      const double bound = i < family.upper_bounds.size() ? family.upper_bounds[i] : HUGE_VAL;
      metric.histogram.bucket.push_back({static_cast<std::uint64_t>(count), bound});
    }
    metric.histogram.sample_count = static_cast<std::uint64_t>(count);
    metric.histogram.sample_sum = shards.sum(cell + family.cells_per_series - 1);
  }
  return metric;
}

}  // namespace
}  // namespace internal

void Histogram::observe(double value) const {
  if (!shards_) return;
  const auto& bounds = family_->upper_bounds;
  std::uint32_t bucket = 0;
  while (bucket < bounds.size() && !(value <= bounds[bucket])) ++bucket;
  shards_->add(cell_ + bucket, 1);
  shards_->add(cell_ + static_cast<std::uint32_t>(bounds.size()) + 1, value);
}

Counter CounterFamily::at(std::initializer_list<std::string_view> label_values) const {
  return family_ ? Counter(shards_, family_->cell_of(label_values)) : Counter();
}

Histogram HistogramFamily::at(std::initializer_list<std::string_view> label_values) const {
  return family_ ? Histogram(shards_, family_, family_->cell_of(label_values)) : Histogram();
}

std::vector<double> duration_buckets_s() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0};
}

struct Registry::State {
  mutable std::mutex mutex;
  internal::Shards shards;
  std::map<std::string, std::unique_ptr<internal::Family>, std::less<>> families;
  std::uint32_t cells = 0;

  internal::Family& add(std::string_view name, std::string_view help, prometheus::MetricType type, std::vector<Label> labels,
                        std::vector<double> upper_bounds);
};

internal::Family& Registry::State::add(std::string_view name, std::string_view help, prometheus::MetricType type, std::vector<Label> labels,
                                       std::vector<double> upper_bounds) {
  for (Label& label : labels) {
    GL_CHECK(prometheus::CheckLabelName(label.name));
    label.values.emplace_back("other");
  }
  const std::lock_guard lock(mutex);
  if (const auto found = families.find(name); found != families.end()) {
    internal::Family& family = *found->second;
    const auto same = [](const Label& a, const Label& b) { return a.name == b.name && a.values == b.values; };
    GL_CHECK(family.type == type && family.upper_bounds == upper_bounds && !family.read &&
             std::equal(family.labels.begin(), family.labels.end(), labels.begin(), labels.end(), same));
    return family;
  }
  GL_CHECK(prometheus::CheckMetricName(std::string(name)));
  GL_CHECK(std::is_sorted(upper_bounds.begin(), upper_bounds.end()));
  auto family = std::make_unique<internal::Family>();
  family->name = name;
  family->help = help;
  family->type = type;
  if (type == prometheus::MetricType::Histogram) {
    family->cells_per_series = static_cast<std::uint32_t>(upper_bounds.size()) + 2;
  }
  for (const Label& label : labels) family->series *= label.values.size();
  const std::size_t wanted = family->series * family->cells_per_series;
  GL_CHECK(cells + wanted <= internal::kCellsMax);
  family->first_cell = cells;
  cells += static_cast<std::uint32_t>(wanted);
  family->named = std::make_unique<std::atomic<bool>[]>(family->series);
  if (labels.empty()) family->named[0] = true;
  family->labels = std::move(labels);
  family->upper_bounds = std::move(upper_bounds);
  internal::Family& result = *family;
  families.emplace(std::string(name), std::move(family));
  return result;
}

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

Counter Registry::counter(std::string_view name, std::string_view help) { return counters(name, help, {}).at({}); }

CounterFamily Registry::counters(std::string_view name, std::string_view help, std::vector<Label> labels) {
  auto& family = state_->add(name, help, prometheus::MetricType::Counter, std::move(labels), {});
  return CounterFamily(&state_->shards, &family);
}

Histogram Registry::histogram(std::string_view name, std::string_view help, std::vector<double> upper_bounds) {
  return histograms(name, help, {}, std::move(upper_bounds)).at({});
}

HistogramFamily Registry::histograms(std::string_view name, std::string_view help, std::vector<Label> labels,
                                     std::vector<double> upper_bounds) {
  auto& family = state_->add(name, help, prometheus::MetricType::Histogram, std::move(labels), std::move(upper_bounds));
  return HistogramFamily(&state_->shards, &family);
}

Gauge Registry::gauge(std::string_view name, std::string_view help) {
  return Gauge(&state_->add(name, help, prometheus::MetricType::Gauge, {}, {}).gauge);
}

void Registry::gauge_from(std::string_view name, std::string_view help, std::function<double()> read) {
  auto& family = state_->add(name, help, prometheus::MetricType::Gauge, {}, {});
  const std::lock_guard lock(state_->mutex);
  family.read = std::move(read);
}

void Registry::counter_from(std::string_view name, std::string_view help, std::function<double()> read) {
  auto& family = state_->add(name, help, prometheus::MetricType::Counter, {}, {});
  const std::lock_guard lock(state_->mutex);
  family.read = std::move(read);
}

std::string Registry::exposition() const {
  std::vector<prometheus::MetricFamily> collected;
  {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [name, family] : state_->families) {
      prometheus::MetricFamily out{name, family->help, family->type, {}};
      for (std::size_t i = 0; i < family->series; ++i) {
        if (family->named[i]) out.metric.push_back(internal::collect(state_->shards, *family, i));
      }
      if (!out.metric.empty()) collected.push_back(std::move(out));
    }
  }
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, collected);
  return std::move(text).str();
}

}  // namespace greenlang::telemetry
