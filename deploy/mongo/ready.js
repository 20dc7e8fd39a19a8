// The health of MongoDB, and what a first start needs: the replica set of one is formed, then it must be the primary.
const password = require("fs").readFileSync("/run/secrets/chumchon/mongo-root", "utf8");
db.getSiblingDB("admin").auth("root", password);
try {
  rs.status();
} catch (error) {
  if (error.codeName !== "NotYetInitialized") throw error;
  rs.initiate({ _id: "rs0", members: [{ _id: 0, host: "mongo:27017" }] });
}
if (!db.hello().isWritablePrimary) quit(1);
