/**
 * The invariants of the state and of its history, as functions that a simulator or a daily check
 * calls. They compute from images and events and share no code with what they check.
 */
package org.queqiao.core.check;
