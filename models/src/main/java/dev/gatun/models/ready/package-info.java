/** Models that can be compiled as they are, by name or file: what the command explains, profiles and compiles ahead of time. */
package dev.gatun.models.ready;
