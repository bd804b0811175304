package org.ftrun.shadow;

/**
 * A descriptor of the service.
 *
 * @param process id in events of the process that has it: its first thread's
 * @param descriptor its number there
 */
public record ServiceDescriptor(int process, int descriptor) {}
