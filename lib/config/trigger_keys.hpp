#pragma once

#include "config/key_set.hpp"

namespace ripcord::config {

// The keys of `[service.NAME.trigger.NAME]`.

inline constexpr KeySet consecutive_failures_keys{
    .table = "service.NAME.trigger.NAME",
    .type = "consecutive_failures",
    .keys = {"type", "probe", "failures", "action", "shadow", "on_no_data"},
    .tables = {}};

inline constexpr KeySet latency_keys{.table = "service.NAME.trigger.NAME",
                                     .type = "latency",
                                     .keys = {"type", "probe", "quantile", "above", "window", "for",
                                              "samples_min", "action", "shadow", "on_no_data"},
                                     .tables = {}};

inline constexpr KeySet error_ratio_keys{
    .table = "service.NAME.trigger.NAME",
    .type = "error_ratio",
    .keys = {"type", "probe", "errors", "requests", "above", "window", "for", "samples_min",
             "action", "shadow", "on_no_data"},
    .tables = {}};

inline constexpr KeySet connection_lost_keys{
    .table = "service.NAME.trigger.NAME",
    .type = "connection_lost",
    .keys = {"type", "probe", "for", "action", "shadow", "on_no_data"},
    .tables = {}};

inline constexpr KeySet occurrences_keys{
    .table = "service.NAME.trigger.NAME",
    .type = "occurrences",
    .keys = {"type", "probe", "occurrence", "signal", "more_than", "within", "more_than_long",
             "within_long", "action", "shadow", "on_no_data"},
    .tables = {}};

inline constexpr KeySet value_keys{
    .table = "service.NAME.trigger.NAME",
    .type = "value",
    .keys = {"type", "probe", "value", "above", "below", "for", "action", "shadow", "on_no_data"},
    .tables = {}};

inline constexpr KeySet regression_keys{
    .table = "service.NAME.trigger.NAME",
    .type = "regression",
    .keys = {"type", "probe", "value", "worse", "worse_by", "floor", "quantile", "window", "for",
             "samples_min", "action", "shadow", "on_no_data"},
    .tables = {}};

inline constexpr TypeSet trigger_types{
    .what = "trigger",
    .known = {"consecutive_failures", "latency", "error_ratio", "connection_lost", "occurrences",
              "value", "regression"}};

}  // namespace ripcord::config
