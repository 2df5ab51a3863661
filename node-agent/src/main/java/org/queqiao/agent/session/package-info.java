/** The connection to the server: TLS, frames, enrolment, reconnection with back-off. */
package org.queqiao.agent.session;
