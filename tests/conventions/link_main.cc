// SPDX-License-Identifier: Apache-2.0
// A program that does nothing and holds one folder's library: see link_closure_test.py.
int main() { return 0; }
