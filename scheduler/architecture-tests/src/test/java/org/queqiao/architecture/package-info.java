/** The rules of the house as tests. Knows the compiled classes and the sources of every module. */
package org.queqiao.architecture;
