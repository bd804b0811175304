/** Interception, recording and replay of system calls. */
package org.ftrun.tracer;
