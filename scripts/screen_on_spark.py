"""Screen a table that Spark reads, on a cluster: see docs/spark.md.

spark-submit scripts/screen_on_spark.py payments.parquet consolidated.xml run/ --policy bank.toml
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pyspark.sql import SparkSession

import screening
from screening import spark

BATCH = "spark.sql.execution.arrow.maxRecordsPerBatch"


def main() -> None:
    """Read the table, screen it, write a run folder on the driver's disk."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", help="payments: a Parquet file or folder, or a table of the catalogue")
    parser.add_argument("list", type=Path, help="UN consolidated list (XML)")
    parser.add_argument("out", type=Path, help="folder for the outputs, on the driver")
    parser.add_argument("--policy", type=Path, help="policy (TOML)")
    parser.add_argument("--parts", type=int, help="parts that the rules' payments are dealt into")
    given = parser.parse_args()
    policy = screening.Policy.from_toml(given.policy) if given.policy else screening.Policy()
    index = screening.NameIndex(screening.read_un_list(given.list), policy=policy)
    session = SparkSession.builder.appName("screening").getOrCreate()
    if BATCH not in dict(session.sparkContext.getConf().getAll()):
        session.conf.set(BATCH, "100000")  # ten times Spark's own: fewer transfers, more names in each
    is_path = "/" in given.table or given.table.endswith(".parquet")
    payments = session.read.parquet(given.table) if is_path else session.table(given.table)
    result = spark.screen(payments, index, policy=policy, parts=given.parts).result
    result.write(given.out)
    print(result.summary())


if __name__ == "__main__":
    main()
