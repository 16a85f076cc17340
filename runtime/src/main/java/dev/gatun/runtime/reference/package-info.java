/** The slow twin of every fast path: plain loops in double precision, one op at a time. */
package dev.gatun.runtime.reference;
