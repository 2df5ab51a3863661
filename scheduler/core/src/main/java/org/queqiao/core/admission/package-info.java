/**
 * What follows from each input: one class for each kind of command. Reads the state, asks for
 * permission, answers with facts or a rejection; writes nothing.
 */
package org.queqiao.core.admission;
