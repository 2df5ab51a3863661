/**
 * Forms of statements and reports for people and spreadsheets: CSV, XLSX, PDF. Knows no database.
 */
package org.queqiao.accounting.export;
