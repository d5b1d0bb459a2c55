// SPDX-License-Identifier: GPL-3.0-or-later
// vit-cli: the engine without a window.
int main() { return 0; }
