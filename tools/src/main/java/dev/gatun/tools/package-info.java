/** The {@code gatun} command: parsing, progress, messages. What a library user would miss lives in the models. */
package dev.gatun.tools;
