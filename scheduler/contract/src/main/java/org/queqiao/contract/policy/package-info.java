/** What the site decides about order and limits: weights, qualities of service, rules. */
package org.queqiao.contract.policy;
