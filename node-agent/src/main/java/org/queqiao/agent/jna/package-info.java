/** The only package that calls into the C library. Its functions are mapped directly. */
package org.queqiao.agent.jna;
