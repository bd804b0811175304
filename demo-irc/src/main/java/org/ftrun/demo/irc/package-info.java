/** The IRC failover demo. */
package org.ftrun.demo.irc;
