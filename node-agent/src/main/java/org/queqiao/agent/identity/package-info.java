/** The node's key and certificate: how it proves who it is, and how it knows the server. */
package org.queqiao.agent.identity;
