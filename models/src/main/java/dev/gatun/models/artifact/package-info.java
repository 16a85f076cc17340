/** Models compiled ahead of time: a file with plans, generated classes and weights, and what loads and runs it. */
package dev.gatun.models.artifact;
