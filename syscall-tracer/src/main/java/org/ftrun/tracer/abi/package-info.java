/**
 * Constants of the x86-64 Linux ABI: error numbers, system call numbers, signals, and the sizes and
 * offsets of the kernel's structures. Tests compare them with the machine's headers. No state.
 */
package org.ftrun.tracer.abi;
