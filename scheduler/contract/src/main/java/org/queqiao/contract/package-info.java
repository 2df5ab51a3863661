/** What two programs must agree on. Knows the JDK; only the codecs know Protocol Buffers. */
package org.queqiao.contract;
