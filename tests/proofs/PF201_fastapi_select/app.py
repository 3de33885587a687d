"""An API that answers with a whole table."""

from database import get_db
from fastapi import Depends, FastAPI
from models import Patient
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()


class PatientOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str


@app.get("/patients", response_model=list[PatientOut])
def list_patients(db: Session = Depends(get_db)):
    return db.scalars(select(Patient)).all()
