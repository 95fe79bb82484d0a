// fmt's own functions, compiled into the keeper: the shared library would be one more file to load
// in the middle of a rollback, and would bring the C++ runtime's along.
#include <fmt/format-inl.h>

namespace fmt::detail {

template char decimal_point_impl<char>(locale_ref);
template thousands_sep_result<char> thousands_sep_impl<char>(locale_ref);

}  // namespace fmt::detail
