/** The transition tables of jobs and how a run's exit becomes an end. Knows only the contract. */
package org.queqiao.core.lifecycle;
