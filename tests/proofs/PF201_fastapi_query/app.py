"""An API that answers with all that match, in an order of its own."""

from typing import Annotated

from database import get_db
from fastapi import APIRouter, Depends, FastAPI
from models import Patient
from sqlalchemy.orm import Session

router = APIRouter(prefix="/patients")
SessionDep = Annotated[Session, Depends(get_db)]


@router.get("")
def list_patients(db: SessionDep) -> list[dict[str, object]]:
    patients = db.query(Patient).filter(Patient.name != "").order_by(Patient.name).all()
    return [{"id": patient.id, "name": patient.name} for patient in patients]


app = FastAPI()
app.include_router(router)
