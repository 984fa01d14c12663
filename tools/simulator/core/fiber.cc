#include "simulator/core/fiber.h"

#include <cxxabi.h>
#include <sys/mman.h>

#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

#ifndef __x86_64__
#error "the simulator switches stacks on x86-64 only"
#endif

// Saves what a called function must keep, and the stack pointer; goes on from the other one. The C
// library's ways (swapcontext, longjmp) cost a system call, or are taken for an attack.
asm(R"(
.text
.globl bowline_simulator_switch
.type bowline_simulator_switch, @function
bowline_simulator_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size bowline_simulator_switch, .-bowline_simulator_switch
)");
extern "C" void bowline_simulator_switch(void** save, void* to);

namespace bowline::simulator {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kStackBytes = 2U << 20U;
#else
constexpr std::size_t kStackBytes = 512U << 10U;
#endif
constexpr std::size_t kSavedRegisters = 6;

/// The one that begins.
Fiber* beginning = nullptr;

std::vector<void*>& FreeStacks() {
  static std::vector<void*> stacks;
  return stacks;
}

void* TakeStack() {
  auto& stacks = FreeStacks();
  if (!stacks.empty()) {
    void* const stack = stacks.back();
    stacks.pop_back();
    return stack;
  }
  void* const stack = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) std::abort();
  return stack;
}

#ifdef __SANITIZE_ADDRESS__
const void* outside_bottom = nullptr;
std::size_t outside_bytes = 0;
void BeginSwitch(void** shadow, const void* bottom, std::size_t bytes) {
  __sanitizer_start_switch_fiber(shadow, bottom, bytes);
}
void EndSwitch(void* shadow, bool from_outside) {
  __sanitizer_finish_switch_fiber(shadow, from_outside ? &outside_bottom : nullptr,
                                  from_outside ? &outside_bytes : nullptr);
}
#else
constexpr const void* outside_bottom = nullptr;
constexpr std::size_t outside_bytes = 0;
void BeginSwitch(void**, const void*, std::size_t) {}
void EndSwitch(void*, bool) {}
#endif

}  // namespace

Fiber::Fiber(Owner& owner, std::function<void()> body) : owner_(owner), body_(std::move(body)) {}

Fiber::~Fiber() = default;  // the stack of one that has not ended is left as it is

void Fiber::Begin() {
  EndSwitch(nullptr, true);
  Fiber& self = *std::exchange(beginning, nullptr);
  self.body_();
  self.body_ = nullptr;
  self.ended_ = true;
  self.Leave();
  std::abort();
}

void Fiber::SwapHandled() {
  auto& globals = *reinterpret_cast<Handled*>(abi::__cxa_get_globals());
  std::swap(globals, handled_);
}

void Fiber::Enter() {
  if (stack_ == nullptr) {
    stack_ = TakeStack();
    beginning = this;
    // As if Begin had been called: its return address is nobody's.
    auto* const top = static_cast<void**>(stack_) + kStackBytes / sizeof(void*);
    top[-1] = nullptr;
    top[-2] = reinterpret_cast<void*>(&Fiber::Begin);
    for (std::size_t i = 0; i < kSavedRegisters; ++i) top[-3 - static_cast<int>(i)] = nullptr;
    inside_ = top - 2 - kSavedRegisters;
  }
  SwapHandled();
  BeginSwitch(&shadow_outside_, stack_, kStackBytes);
  bowline_simulator_switch(&outside_, inside_);
  EndSwitch(shadow_outside_, false);
  SwapHandled();
  if (ended_) FreeStacks().push_back(std::exchange(stack_, nullptr));
}

void Fiber::Leave() {
  BeginSwitch(ended_ ? nullptr : &shadow_inside_, outside_bottom, outside_bytes);
  bowline_simulator_switch(&inside_, outside_);
  EndSwitch(shadow_inside_, true);
}

}  // namespace bowline::simulator
