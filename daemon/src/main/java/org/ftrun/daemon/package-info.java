/** The ftrun daemon. */
package org.ftrun.daemon;
