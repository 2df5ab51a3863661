/**
 * The server's end of the agent protocol: connections, identity, desired sets on their way out,
 * starts and ends on their way in. Everything runs on one event loop; what blocks is elsewhere.
 */
package org.queqiao.server.gateway;
