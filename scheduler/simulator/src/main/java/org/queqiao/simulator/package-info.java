/**
 * The real runtime in virtual time: one seed makes one history of users, nodes, networks, disks and
 * their faults, and every invariant that applies is checked after every step.
 */
package org.queqiao.simulator;
