"""Payments in Spark: the functions of the library, carried over partitions.

    rows -> conform, find_hits, deal (in the tasks) -> look (part by part) -> gather, raise_alerts (driver)

Rows leave the tasks as tables in Arrow's file format, so that what is shuffled is few and small, and nothing
is matched or ruled otherwise than on one machine. Hits, flags and rejects come to the driver: there are few.
"""

from screening.spark.driver import SparkResult, columns_read, screen

__all__ = ["SparkResult", "columns_read", "screen"]
