/** Tables in CSV files: reading them, and turning their columns into numbers that a network takes. */
package dev.gatun.models.data.table;
