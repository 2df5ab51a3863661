/**
 * The private authority of the cluster, the enrolment of nodes, and the orders signed for their
 * launchers. Knows files, keys and the name service; nothing of connections.
 */
package org.queqiao.server.pki;
