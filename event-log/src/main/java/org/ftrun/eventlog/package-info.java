/**
 * The event log: one shared-memory ring per service, in total order, of what the primary got from
 * the kernel, and the Disruptor that runs on it.
 *
 * <pre>
 *   EventLogWriter ---- publishes ----&gt; slots and payload ring (one file, mapped by all)
 *        ^                                    |
 *        |                                    +--&gt; EventReader          (the replica's tracer)
 *        |                                    +--&gt; BatchEventProcessor  (shadow)
 *        +------- gated by the slowest active consumer's sequence
 * </pre>
 *
 * <p>The file has places for two consumers more ({@link org.ftrun.eventlog.Consumer}), which nobody
 * takes.
 *
 * <p>{@link org.ftrun.eventlog.EventLogLayout} says where every byte lies, {@link
 * org.ftrun.eventlog.EventLog} maps the file and hands out the writer and the readers, {@link
 * org.ftrun.eventlog.Event} is the flyweight over one slot, {@link
 * org.ftrun.eventlog.SharedCursorSequencer} is the Disruptor's view of the ring.
 *
 * <p>Threads: the writer belongs to the one thread that has the primary's turn; each reader and
 * each processor, with its own flyweight, belongs to the thread of its consumer. What they share is
 * the file's memory, by release and acquire.
 *
 * <p>The service maps the same memory and can scribble on it: nothing read from it is believed
 * before it has been checked, and the writer keeps its own copies of the positions.
 */
package org.ftrun.eventlog;
