/** Usage by user, project and domain. Pure. */
package org.queqiao.accounting.usage;
