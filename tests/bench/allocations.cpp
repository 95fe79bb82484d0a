#include "tests/bench/allocations.hpp"

#include <cstdlib>
#include <new>

namespace ripcord::bench {

std::size_t allocations = 0;
std::size_t allocated = 0;

}  // namespace ripcord::bench

void* operator new(std::size_t size) {
  ++ripcord::bench::allocations;
  ripcord::bench::allocated += size;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
