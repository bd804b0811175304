/**
 * Patches the sites of system calls so that they enter the stub without a stop: what a site must
 * look like, the code that replaces it, and the record of what was replaced. Bytes in, bytes out; a
 * tracer writes them.
 */
package org.ftrun.tracer.patch;
