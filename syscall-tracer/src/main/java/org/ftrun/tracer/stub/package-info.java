/**
 * The stub: machine code that is mapped into every process of a member, the only place where its
 * system calls run unintercepted. {@link org.ftrun.tracer.stub.StubLayout} has the offsets of its
 * entry points, {@link org.ftrun.tracer.stub.StubRegion} the addresses in one process, {@link
 * org.ftrun.tracer.stub.LocalStub} runs parts of it in this process.
 */
package org.ftrun.tracer.stub;
