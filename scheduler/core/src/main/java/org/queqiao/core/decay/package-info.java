/** Half-lives and powers of two in integers. Knows nothing of jobs. */
package org.queqiao.core.decay;
