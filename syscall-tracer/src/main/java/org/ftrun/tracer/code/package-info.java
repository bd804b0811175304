/**
 * Reads the code of a process without running it: how long an instruction is, where functions begin
 * and end, and which places of an executable mapping read the time stamp counter. Main type: {@link
 * org.ftrun.tracer.code.TimeStampReads}.
 *
 * <p>All of it works on memory that the process may have written itself: what is not understood is
 * answered with "not known", never with an exception. Objects belong to the thread that made them.
 */
package org.ftrun.tracer.code;
