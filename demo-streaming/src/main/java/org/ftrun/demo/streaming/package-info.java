/** The streaming failover demo. */
package org.ftrun.demo.streaming;
