/** The event log: one shared-memory ring per service. */
package org.ftrun.eventlog;
