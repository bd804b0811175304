/* Offsets of the stub; StubLayout.java mirrors them. */
#ifndef FTRUN_STUB_H
#define FTRUN_STUB_H

#define STUB_EXECUTE 0
#define STUB_BIRTH 16
#define STUB_RDTSC 64
#define STUB_CPUID 80
#define STUB_TEXT 96

#endif
