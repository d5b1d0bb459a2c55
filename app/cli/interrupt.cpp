// SPDX-License-Identifier: GPL-3.0-or-later
// Ctrl+C and SIGTERM: the first asks the program to stop in good order, the second ends it at once.
#include "app/cli/interrupt.h"

#include <csignal>
#include <initializer_list>

namespace vit::cli {

namespace {

volatile std::sig_atomic_t g_requested = 0;  // a signal handler reaches nothing else

extern "C" void onInterrupt(int /*signal*/) { g_requested = 1; }

void setHandler(int signal, void (*handler)(int), int flags) {
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
    g_requested = 0;
    // Reset after the first: the second then has the system's own effect.
    for (const int signal : {SIGINT, SIGTERM})
        setHandler(signal, onInterrupt, SA_RESTART | static_cast<int>(SA_RESETHAND));
}

InterruptGuard::~InterruptGuard() {
    for (const int signal : {SIGINT, SIGTERM}) setHandler(signal, SIG_DFL, 0);
}

bool InterruptGuard::requested() const { return g_requested != 0; }

}  // namespace vit::cli
