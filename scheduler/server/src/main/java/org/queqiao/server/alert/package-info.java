/** Sends alerts by mail and webhook, each on a thread of its own. */
package org.queqiao.server.alert;
