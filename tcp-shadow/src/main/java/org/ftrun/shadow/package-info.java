/** The shadow: a model of each TCP connection as of the log. */
package org.ftrun.shadow;
