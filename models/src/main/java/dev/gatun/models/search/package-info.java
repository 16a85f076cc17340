/**
 * Search for good settings: a {@link dev.gatun.models.search.SearchSpace}, a {@link dev.gatun.models.search.Sampler} that
 * proposes points of it, and a {@link dev.gatun.models.search.Search} that tries them, several at once, keeps a journal
 * that survives a kill, and stops poor trials early by {@link dev.gatun.models.search.Halving}. What is measured is any
 * function; nothing here knows about training.
 */
package dev.gatun.models.search;
