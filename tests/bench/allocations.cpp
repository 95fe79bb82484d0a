#include "tests/bench/allocations.hpp"

#include <cstdlib>
#include <malloc.h>
#include <new>

namespace ripcord::bench {

std::size_t allocations = 0;
std::size_t allocated = 0;

}  // namespace ripcord::bench

void* operator new(std::size_t size) {
  ++ripcord::bench::allocations;
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  ripcord::bench::allocated += ::malloc_usable_size(memory);
  return memory;
}
void operator delete(void* memory) noexcept {
  ripcord::bench::allocated -= ::malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}
